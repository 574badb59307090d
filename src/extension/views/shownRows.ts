import type { ClusterStatus } from '../../cluster/engine';
import type { TreeElement } from './elements';

/** What the view has of one element: the object it knows it by, its row, and the ids of its children if it asked for them. */
interface Shown {
  readonly element: TreeElement;
  row: string;
  children?: string;
}

/** What the tree needs to compare; see `rows.ts` and `elements.ts`. */
export interface Current {
  row(element: TreeElement): unknown;
  /** Undefined for what only the disk knows; see `folderListings.ts`. */
  children(element: TreeElement): readonly TreeElement[] | undefined;
}

/**
 * Remembers what the view was given, so that it is told of no more than what changed: an update that is not needed makes
 * rows blink and swallows clicks.
 */
export class ShownRows {
  private readonly shown = new Map<string, Shown>();

  /** The one object for an id: VS Code tells elements apart by identity. */
  intern(element: TreeElement): TreeElement {
    const known = this.shown.get(element.id);
    if (known?.element.kind === element.kind) return known.element;
    this.shown.set(element.id, { element, row: '' });
    return element;
  }

  gaveRow(element: TreeElement, row: unknown): void {
    const known = this.shown.get(element.id);
    if (known) known.row = JSON.stringify(row);
  }

  gaveChildren(element: TreeElement, children: readonly TreeElement[]): void {
    const known = this.shown.get(element.id);
    if (known) known.children = idsOf(children);
  }

  clear(): void {
    this.shown.clear();
  }

  /** The elements whose row or children are others now, without those that lie below another of them. */
  changed(current: Current): TreeElement[] {
    const changed = [...this.shown.values()].filter((shown) => this.isOther(shown, current)).map(({ element }) => element);
    const ids = new Set(changed.map(({ id }) => id));
    return changed.filter(({ id }) => !ancestors(id).some((above) => ids.has(above)));
  }

  private isOther({ element, row, children }: Shown, current: Current): boolean {
    const now = current.row(element);
    // What is gone goes with its parent, whose children are others.
    if (now === undefined || row === '') return false;
    if (JSON.stringify(now) !== row) return true;
    const below = children === undefined ? undefined : current.children(element);
    return below !== undefined && idsOf(below) !== children;
  }
}

/** The status without what changes with every ledger and vote. */
export function calmPart(status: ClusterStatus): string {
  return JSON.stringify(status, (key, value: unknown) => (key === 'ledger' || key === 'votes' ? undefined : value));
}

function idsOf(elements: readonly TreeElement[]): string {
  return elements.map(({ id }) => id).join('\n');
}

/** The ids of the rows above a row. */
export function ancestors(id: string): string[] {
  const parts = id.split('/');
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('/'));
}
