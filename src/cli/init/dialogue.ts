import type { Environment } from '../../config/paths.ts';
import { openConfig } from '../config-file.ts';
import { EXIT } from '../output.ts';
import { preview, tryRoute, writeRoute } from './apply.ts';
import { newRoute } from './draft.ts';
import {
  askForDraft,
  cancel,
  Cancelled,
  confirm,
  intro,
  log,
  note,
  outro,
  spinner,
} from './wizard.ts';

/** `cc-route init` at a terminal: asks, shows what it will write, writes, tries it. */
export async function runWizard(named: string | undefined, env: Environment): Promise<number> {
  let file = await openConfig(named, env);
  intro(file.exists ? `Another model for ${file.shown}` : `A first model, in ${file.shown}`);
  const written: string[] = [];
  try {
    do {
      file = await openConfig(named, env);
      const { table } = file;
      const route = newRoute(await askForDraft(table, env), table);
      const replaces = table.find(route.name) !== undefined;
      note(preview(route), replaces ? 'replaces the route of this name' : 'to be written');
      if (!(await confirm(`Write it to ${file.shown}?`, !replaces))) continue;
      await writeRoute(file, route, env);
      written.push(route.callName);
      if (await confirm('Try it now, with one tiny request?')) {
        const waiting = spinner();
        waiting.start('Waiting for an answer');
        const { ms, problem } = await tryRoute(file, route.name, env);
        if (problem === null) waiting.stop(`It works: an answer came in ${ms} ms`);
        else {
          waiting.error("It doesn't work yet");
          log.message(problem);
        }
      }
    } while (await confirm('Add another model?', false));
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    if (written.length === 0) {
      cancel('Nothing was written.');
      return EXIT.failure;
    }
  }
  const [first] = written;
  outro(first === undefined ? 'Nothing was written.' : `Next: clauder --model ${first}`);
  return EXIT.ok;
}
