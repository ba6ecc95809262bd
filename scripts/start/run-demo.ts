import { seedShop } from '@/demo/shop.ts';
import { startWorkload } from '@/demo/workload.ts';
import type { Resources } from '@/server/platform/resources.ts';
import { step } from './announce.ts';
import type { Arguments } from './arguments.ts';
import { checkOnce } from './check-once.ts';
import type { Control } from './control.ts';
import { ensureDemoPipeline } from './demo-pipeline.ts';
import type { Installation } from './installation.ts';
import { showSite } from './panel.ts';
import { createDatabase, type Services } from './services.ts';
import { keepStatusLine } from './status-line.ts';

/** The demo: a shop, its traffic, a pipeline that follows it, and a live line; with `--once` a check, then the end. */
export async function runDemo(options: {
  installation: Installation;
  args: Arguments;
  services: Services;
  control: Control;
  readKey: string;
  resources: Resources;
  signal: AbortSignal;
}): Promise<number> {
  const { installation, args, services, control, readKey, resources, signal } = options;
  const shopUrl = await createDatabase(services.postgres, 'shop');
  await step('The demo shop (234,000 rows, filled once)', () => seedShop(shopUrl));
  const pipeline = await step('Setting up the demo pipeline', () => ensureDemoPipeline({ control, shopUrl }));
  const workload = startWorkload({ url: shopUrl, ratePerSecond: args.rate });
  resources.add(workload, () => workload.stop());
  if (args.once) {
    return await checkOnce({
      services,
      control,
      readKey,
      pipeline,
      shopUrl,
      workload,
      seconds: args.seconds,
      thenCommand: args.thenCommand,
      signal,
    });
  }
  showSite({ installation, services, demo: { readKey, shopUrl } });
  return await keepStatusLine({ control, pipeline, shopUrl, workload, signal });
}
