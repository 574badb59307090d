import { keepContextKeys } from '../contextKeys';
import type { Services } from '../services';
import { announce } from '../status/announcements';
import { showStatusItem } from '../status/statusItem';
import { showClusterView } from './clusterView';

/** Everything that shows how the cluster is: side bar, status bar, messages, and what commands are offered. */
export function showCluster(services: Services): void {
  services.context.subscriptions.push(keepContextKeys(services.model));
  showClusterView(services);
  showStatusItem(services);
  announce(services);
  void services.ledgers();
}
