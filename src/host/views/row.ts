/** A row of a tree view, as it looks and reads; what VS Code makes of it is in tree.ts. */
export interface Row {
  label: string;
  description: string;
  /** Lines of plain text. */
  tooltip: string[];
  /** Id of a product icon, and of a theme colour where the icon has one. */
  icon: string;
  color?: string;
  /** For the `when` clauses of menus. */
  context: string;
  /** What a screen reader says, since icons say nothing. */
  speech: string;
}
