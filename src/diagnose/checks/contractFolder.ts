import { join } from 'node:path';
import { HotPocketError } from '../../base/errors';
import type { Bundle } from '../../cluster/bundle';
import { isFolder, newerSource } from '../../project/contractFolders';
import type { Check } from '../finding';

/** Whether there is a contract to deploy, and whether it is what its author wrote last. */
export const contractFolder: Check = {
  title: (l10n) => l10n.t('Contract folder'),
  async run({ contract, bundle, l10n }, notes) {
    if (!contract) return notes.found('warning', new HotPocketError('CONTRACT_FOLDER_UNKNOWN', {}));
    const { folder, project } = contract;
    if (project?.hasBuild && !(await isFolder(folder))) throw new HotPocketError('CONTRACT_NOT_BUILT', { folder, project: project.folder });
    const { state, disparate } = (await bundle) as Bundle;
    notes.fact(l10n.t('{0}: {1} files and folders', folder, state.length + [...disparate.values()].flat().length));
    const file = await newerSource(contract);
    if (file !== undefined && project) notes.found('warning', new HotPocketError('CONTRACT_OUTDATED', { folder, project: project.folder, file: join(project.folder, file) }));
  },
};
