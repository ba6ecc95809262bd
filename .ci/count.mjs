// Prints "<passed> <failed>" of a vitest JSON report; files that could not run count as failures.
import { readFileSync } from 'node:fs';

const [reportPath, exitCode] = process.argv.slice(2);
const report = JSON.parse(readFileSync(reportPath, 'utf8'));
const brokenFiles = report.testResults.filter(
  (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
).length;
let failed = report.numFailedTests + brokenFiles;
if (failed === 0 && exitCode !== '0') failed = 1;
process.stdout.write(`${report.numPassedTests} ${failed}`);
