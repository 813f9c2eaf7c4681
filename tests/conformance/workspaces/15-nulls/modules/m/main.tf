variable "required" {
  type     = string
  nullable = true
}

variable "given" {
  type     = string
  default  = "was default"
  nullable = false
}

variable "items" {
  type = list(object({ name = string, size = optional(number, 5) }))
}

resource "aws_sqs_queue" "q" {
  count         = length(var.items)
  name          = "${coalesce(var.required, "none")}-${var.items[count.index].name}"
  delay_seconds = var.items[count.index].size
}

output "given" {
  value = var.given
}

output "sizes" {
  value = { for i in var.items : i.name => i.size }
}

output "queue_names" {
  value = aws_sqs_queue.q[*].name
}

output "urls" {
  value = { for q in aws_sqs_queue.q : q.name => q.url }
}
