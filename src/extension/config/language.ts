/** What is loaded when the first hp.cfg or hp.cfg.override is shown (build.mjs). */
export { overrideInvalid } from '../../cluster/overrideInvalid';
export { ClusterPaths } from '../../cluster/paths';
export { fixes } from './fixes';
export { preview } from './preview';
export { problems } from './problems';
