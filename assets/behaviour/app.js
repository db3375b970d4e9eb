// What every page loads: htmx and the small helpers of lists, forms and the frame.
import "htmx.org";
import { startAnswers } from "./answers.js";
import { startCharts } from "./parts.js";
import { startDialogs } from "./dialogs.js";
import { startDrafts } from "./drafts.js";
import { startEvidence } from "./evidence.js";
import { startErrors } from "./errors.js";
import { startFilling } from "./fill.js";
import { startFontSwitch } from "./font.js";
import { startOffline } from "./offline/frame.js";
import { startMenu } from "./menu.js";
import { startRows } from "./rows.js";
import { startSending } from "./sending.js";
import { startShortcuts } from "./shortcuts.js";
import { startSizes } from "./sizes.js";
import { startWeek } from "./week.js";
import { startWeights } from "./weights.js";
import { startWords } from "./words.js";

for (const start of [
  startFontSwitch, startMenu, startDialogs, startAnswers, startErrors, startOffline, startEvidence, startDrafts, startRows, startFilling, startSending, startShortcuts, startSizes, startWeek, startWeights, startWords, startCharts,
]) {
  start();
}
