import * as z from 'zod';

// Zod tries whether it may compile code, which the page's policy forbids and would report. Imported before any schema.
z.config({ jitless: true });
