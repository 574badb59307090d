/** A row as it is shown; plain data, so that rows can be compared. */
export interface Row {
  readonly label: string;
  readonly description?: string;
  /** Markdown. */
  readonly tooltip?: string;
  readonly icon?: { readonly id: string; readonly color?: string };
  /** Matched by package.json's menus. */
  readonly contextValue: string;
  readonly children: 'none' | 'collapsed' | 'expanded';
  /** What a screen reader says. */
  readonly spoken?: string;
  /** What "Copy" copies. */
  readonly copy?: string;
}
