/** One script for the page and for its workers: a worker is told its role by its name. */
import { showPage } from "./page/page";
import { contend, judge } from "./speed/contend";
import { tell } from "./story/tell";
import "../style/base.css";
import "../style/controls.css";
import "../style/figures.css";
import "../style/layout.css";
import "../style/distribution.css";
import "../style/attention.css";
import "../style/token.css";
import "../style/speed.css";
import "../style/story.css";

const ROLES: Record<string, () => void> = { speed: contend, judge, story: tell };

if ("document" in globalThis) showPage();
else ROLES[(globalThis as unknown as { name: string }).name]();
