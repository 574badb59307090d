/** Names the file that the figures of a host go to. */
export const FIGURES_VARIABLE = 'HOTPOCKET_BENCH_FIGURES';

export interface Activation {
  readonly name: string;
  /** ms that `activate` took. */
  readonly activated: number;
  /** ms more until the engine was loaded and had answered. */
  readonly ready: number;
  /** ms that a small extension of VS Code's own took just afterwards. */
  readonly compared: number;
}
