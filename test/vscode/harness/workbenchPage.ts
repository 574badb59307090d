import type { Page } from 'playwright-core';

/** Absolute paths of extensions to load from their folders, and of the module that then runs in their extension host. */
export interface Development {
  extensions: string[];
  tests?: string | undefined;
}

export interface Opening {
  /** host:port of the server. */
  authority: string;
  /** The absolute path of a folder or a .code-workspace file; an empty window without. */
  workspace?: string | undefined;
  development?: Development;
}

/** Shows the workbench on a new page. It is still loading when this resolves. */
export async function openWorkbench(page: Page, { authority, workspace, development }: Opening): Promise<void> {
  if (development) await page.addInitScript({ content: developmentScript(authority, development) });
  const kind = workspace?.endsWith('.code-workspace') ? 'workspace' : 'folder';
  const query = workspace === undefined ? 'ew=true' : `${kind}=${encodeURIComponent(workspace)}`;
  await page.goto(`http://${authority}/?${query}`);
}

/**
 * A built VS Code ignores development paths in its address. It honours those that whoever embeds it writes into the page's own
 * configuration, so they are added to that element as it appears, before the workbench's program reads it.
 */
function developmentScript(authority: string, { extensions, tests }: Development): string {
  const uri = (path: string) => ({ scheme: 'vscode-remote', authority, path });
  const options = { extensions: extensions.map(uri), ...(tests !== undefined && { extensionTestsPath: uri(tests) }) };
  return `new MutationObserver((_, observer) => {
    const element = document.getElementById('vscode-workbench-web-configuration');
    if (!element) return;
    observer.disconnect();
    const settings = JSON.parse(element.dataset.settings);
    element.dataset.settings = JSON.stringify({ ...settings, developmentOptions: ${JSON.stringify(options)} });
  }).observe(document, { childList: true, subtree: true });`;
}
