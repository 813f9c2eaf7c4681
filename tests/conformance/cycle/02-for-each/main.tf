variable "buckets" {
  type = map(object({ versioned = bool, days = optional(number, 30) }))
  default = {
    raw     = { versioned = true }
    curated = { versioned = false, days = 90 }
  }
}
resource "aws_s3_bucket" "b" {
  for_each = var.buckets
  bucket   = "data-${each.key}"
}
resource "aws_s3_bucket_versioning" "b" {
  for_each = { for k, v in var.buckets : k => v if v.versioned }
  bucket   = aws_s3_bucket.b[each.key].id
  versioning_configuration {
    status = "Enabled"
  }
}
resource "aws_sqs_queue" "q" {
  count                     = 3
  name                      = "queue-${count.index}"
  message_retention_seconds = 86400 * (count.index + 1)
}
output "queues" {
  value = aws_sqs_queue.q[*].arn
}
