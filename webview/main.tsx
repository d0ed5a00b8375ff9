import './no-eval.ts';
import './style.css';
import { render } from 'preact';
import { start } from './actions.ts';
import { registerComponents } from './components.ts';
import { App } from './shell/app.tsx';
import { adoptChartStyles } from './ui/chart-styles.ts';

adoptChartStyles();
registerComponents();
render(<App />, document.getElementById('app')!);
void start();
