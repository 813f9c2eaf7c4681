locals {
  queues = {
    orders = { delay = 10, fifo = false }
    events = { delay = 0, fifo = true }
  }
}

resource "fake_bucket" "dead" {
  for_each = toset(keys(local.queues))
  name     = "${each.value}-dead"
}

resource "fake_bucket" "queue" {
  for_each      = local.queues
  name          = each.value.fifo ? "${each.key}.fifo" : each.key
  delay_seconds = each.value.delay
  fifo_queue    = each.value.fifo
  redrive_policy = jsonencode({
    deadLetterTargetArn = fake_bucket.dead[each.key].arn
    maxReceiveCount     = 4
  })
}

resource "fake_bucket" "queue" {
  for_each  = fake_bucket.queue
  queue_url = each.value.url
  policy    = jsonencode({ Version = "2012-10-17", Statement = [{ Sid = title(each.key), Effect = "Allow", Action = "sqs:*", Resource = "*" }] })
}

resource "fake_bucket" "none" {
  for_each = {}
  name     = each.key
}

output "names" {
  value = { for k, q in fake_bucket.queue : k => q.name }
}

output "nothing" {
  value = fake_bucket.none
}
