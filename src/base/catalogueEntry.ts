/** What happened, where (through its details) and what to do. */
export interface CatalogueEntry<D> {
  readonly message: (details: D) => string;
  readonly remedy: (details: D) => string;
}

export const entry = <D>(message: (d: D) => string, remedy: (d: D) => string): CatalogueEntry<D> => ({ message, remedy });
