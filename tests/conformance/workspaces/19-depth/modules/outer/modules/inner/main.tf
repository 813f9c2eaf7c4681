variable "name" {
  type = string
}

resource "aws_sqs_queue" "q" {
  name = var.name
  tags = {
    Module = basename(path.module)
  }
}

output "name" {
  value = aws_sqs_queue.q.name
}

output "id" {
  value = aws_sqs_queue.q.id
}
