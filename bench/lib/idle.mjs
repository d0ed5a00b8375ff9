import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Does nothing until it is told to stop, then tells the longest delay of its event loop, in milliseconds. */
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
process.on('message', () => process.send(delay.max / 1e6, () => process.exit(0)));
process.on('disconnect', () => process.exit(0));
process.send('ready');
