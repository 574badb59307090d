import { asHotPocketError, HotPocketError } from '../../base/errors';
import type { Check, Notes, Surroundings } from '../finding';

/** The Docker daemon, if one is there: for an engine that is not docker only worth knowing. */
export const docker: Check = {
  title: () => 'Docker',
  async run(surroundings, notes) {
    const { engine, env, l10n, signal } = surroundings;
    const { examineDaemon } = await import('../../cluster/docker/engine');
    try {
      const { address, version, platform, images } = await examineDaemon(env, signal);
      notes.fact(l10n.t('{0}: version {1}, for {2}', address, version, platform));
      for (const image of images) imageNotes(image, platform, surroundings, notes);
    } catch (error) {
      signal.throwIfAborted();
      if (engine.kind === 'docker') throw error;
      notes.fact(l10n.t('Not needed by the embedded engine.'));
      notes.found('note', asHotPocketError(error));
    }
  },
};

interface Image {
  readonly name: string;
  readonly platform?: string;
}

function imageNotes({ name, platform: built }: Image, wanted: string, { engine, l10n }: Surroundings, notes: Notes): void {
  const severity = engine.kind === 'docker' ? 'warning' : 'note';
  if (built === undefined) return notes.found(severity, new HotPocketError('DOCKER_IMAGE_MISSING', { image: name }));
  notes.fact(l10n.t('Image {0}, for {1}', name, built));
  if (built !== wanted) notes.found(severity, new HotPocketError('DOCKER_IMAGE_OTHER_PLATFORM', { image: name, built, wanted }));
}
