/** The local provider's own knobs: none so far, the neutral vocabulary says it all. Whatever stands under its prefix is therefore a mistake. */
import { defineAnnotations } from './define.ts'

export const local = defineAnnotations({}, { prefixes: ['local.fairlead.dev/'] })
