/** The metrics of the controller, as the few methods it needs of a registry. */
export interface ControllerMetrics {
  count(name: 'fairlead_drift_repaired_total', labels: { readonly provider: string }, by: number): void
  set(name: 'fairlead_queue_depth' | 'fairlead_orphans', value: number, labels: { readonly provider: string }): void
  observe(name: 'fairlead_reconcile_seconds', seconds: number, labels: { readonly provider: string; readonly result: 'done' | 'failed' }): void
}

export const noMetrics: ControllerMetrics = { count() {}, set() {}, observe() {} }
