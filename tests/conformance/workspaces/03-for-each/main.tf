locals {
  queues = {
    orders = { delay = 10, fifo = false }
    events = { delay = 0, fifo = true }
  }
}

resource "aws_sqs_queue" "dead" {
  for_each = toset(keys(local.queues))
  name     = "${each.value}-dead"
}

resource "aws_sqs_queue" "queue" {
  for_each      = local.queues
  name          = each.value.fifo ? "${each.key}.fifo" : each.key
  delay_seconds = each.value.delay
  fifo_queue    = each.value.fifo
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead[each.key].arn
    maxReceiveCount     = 4
  })
}

resource "aws_sqs_queue_policy" "queue" {
  for_each  = aws_sqs_queue.queue
  queue_url = each.value.url
  policy    = jsonencode({ Version = "2012-10-17", Statement = [{ Sid = title(each.key), Effect = "Allow", Action = "sqs:*", Resource = "*" }] })
}

resource "aws_sns_topic" "none" {
  for_each = {}
  name     = each.key
}

output "names" {
  value = { for k, q in aws_sqs_queue.queue : k => q.name }
}

output "nothing" {
  value = aws_sns_topic.none
}
