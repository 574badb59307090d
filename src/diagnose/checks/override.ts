import { millisecondsText } from '../../base/quantities';
import { configWith, soundBundle } from '../contract';
import type { Check } from '../finding';

/** Whether nodes take the contract's hp.cfg.override. */
export const override: Check = {
  title: () => 'hp.cfg.override',
  async run(surroundings, notes) {
    const { l10n } = surroundings;
    const bundle = await soundBundle(surroundings);
    if (!bundle) return;
    if (!bundle.override) return notes.fact(l10n.t('There is none: nodes keep the configuration they have.'));
    const { contract: { bin_path, bin_args, consensus: { roundtime } } } = await configWith(bundle, surroundings);
    notes.fact(l10n.t('It is valid: {0} {1}, round time {2}', bin_path, bin_args, millisecondsText(roundtime)));
  },
};
