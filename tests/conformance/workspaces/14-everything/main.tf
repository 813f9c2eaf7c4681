variable "services" {
  type = map(object({
    cpu    = number
    port   = optional(number, 8080)
    alarms = optional(set(string), ["cpu"])
    env    = optional(map(string), {})
  }))
  default = {
    web    = { cpu = 256, env = { A = "1" } }
    worker = { cpu = 512, alarms = ["cpu", "memory"], port = null }
  }
}

data "aws_caller_identity" "me" {}

resource "aws_kms_key" "shared" {
  description = "shared"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.me.account_id}:root" }
      Action    = "kms:*"
      Resource  = "*"
    }]
  })
}

module "service" {
  source   = "./modules/service"
  for_each = var.services
  name     = each.key
  config   = each.value
  kms_arn  = aws_kms_key.shared.arn
}

locals {
  alarm_list = flatten([for name, m in module.service : [for a in m.alarms : "${name}:${a}"]])
}

resource "aws_sns_topic" "alarms" {
  for_each          = toset(local.alarm_list)
  name              = replace(each.key, ":", "-")
  kms_master_key_id = aws_kms_key.shared.id
}

check "names" {
  assert {
    condition     = length(aws_sns_topic.alarms) > 0
    error_message = "No alarms."
  }
}

output "services" {
  value = { for k, m in module.service : k => { alarms = m.alarms, task = m.task } }
}
