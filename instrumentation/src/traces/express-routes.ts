import { InstrumentationBase, InstrumentationNodeModuleDefinition } from '@opentelemetry/instrumentation'
import { type Express, watchExpress } from '../http/express-watch.ts'

/** Watches each copy of Express as soon as it is loaded, so that no request comes before. Makes no spans. */
export class ExpressRoutes extends InstrumentationBase {
  constructor() {
    super('@drillbook/instrumentation', '0.1.0', {})
  }

  protected override init() {
    return new InstrumentationNodeModuleDefinition('express', ['>=4.0.0 <6'], (express: Express) => {
      watchExpress(express)
      return express
    })
  }
}
