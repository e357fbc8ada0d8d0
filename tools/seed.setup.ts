/** Random tests are the same in every run, so that a change is to blame for what fails. WEIR_SEED=N tries others. */
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env['WEIR_SEED'] ?? 1) });
