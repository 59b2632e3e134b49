/** A sentence that operators show to users. */
export class Banner {
  private text: string | null = null

  get message(): string | null {
    return this.text
  }

  set(message: string | null): void {
    this.text = message
  }
}
