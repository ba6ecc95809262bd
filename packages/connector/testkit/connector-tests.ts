import type { SourceConnector } from '../contract.ts';
import { changeTests } from './change-tests.ts';
import { copyTests } from './copy-tests.ts';
import type { ConnectorHarness } from './harness.ts';
import { lookingTests } from './looking-tests.ts';

/** The promises of the contract, as tests. Every test gets a source of its own. */
export function connectorTests<Connection, Part>(
  connector: SourceConnector<Connection, Part>,
  openHarness: () => Promise<ConnectorHarness<Connection>>,
): void {
  lookingTests(connector, openHarness);
  changeTests(connector, openHarness);
  copyTests(connector, openHarness);
}
