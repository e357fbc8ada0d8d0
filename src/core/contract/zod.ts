import { z } from 'zod';

// zod compiles validators with `new Function` where it may; the page's content policy forbids that.
z.config({ jitless: true });

export { z };
