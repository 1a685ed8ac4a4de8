/**
 * The local provider's own knobs: none so far, the neutral vocabulary says it all. Whatever stands under its prefix is therefore a mistake. What MetalLB reads is
 * translated: it gives the addresses where no cloud does, as this provider does.
 */
import { defineAnnotations } from './define.ts'
import { origins, translations } from './local/metallb.ts'

export const local = defineAnnotations({}, { prefixes: ['local.fairlead.dev/'], translations, origins })
