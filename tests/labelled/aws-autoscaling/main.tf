data "aws_subnets" "private" {
  filter {
    name   = "tag:Tier"
    values = ["private"]
  }
}

resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "a" {
  vpc_id            = aws_vpc.v.id
  cidr_block        = "10.0.1.0/24"
  availability_zone = "eu-west-1a"
}

resource "aws_subnet" "b" {
  vpc_id            = aws_vpc.v.id
  cidr_block        = "10.0.2.0/24"
  availability_zone = "eu-west-1b"
}

resource "aws_launch_template" "t" {
  name          = "t"
  image_id      = "ami-0123456789abcdef0"
  instance_type = "t3.small"
}

resource "aws_lb_target_group" "tg" {
  name     = "tg"
  port     = 80
  protocol = "HTTP"
  vpc_id   = aws_vpc.v.id
}

resource "aws_autoscaling_group" "web" {
  min_size            = 1
  max_size            = 3
  vpc_zone_identifier = [aws_subnet.a.id]
  target_group_arns   = [aws_lb_target_group.tg.arn]
  launch_template {
    id = aws_launch_template.t.id
  }
}

resource "aws_autoscaling_group" "good" {
  min_size            = 2
  max_size            = 4
  vpc_zone_identifier = [aws_subnet.a.id, aws_subnet.b.id]
  target_group_arns   = [aws_lb_target_group.tg.arn]
  health_check_type   = "ELB"
  launch_template {
    id      = aws_launch_template.t.id
    version = "$Latest"
  }
}

resource "aws_autoscaling_group" "classic" {
  min_size           = 1
  max_size           = 1
  availability_zones = ["eu-west-1a"]
  load_balancers     = ["old-elb"]
  health_check_type  = "EC2"
  launch_template {
    id = aws_launch_template.t.id
  }
}

resource "aws_autoscaling_group" "worker" {
  min_size           = 1
  max_size           = 5
  availability_zones = ["eu-west-1a", "eu-west-1c"]
  launch_template {
    id = aws_launch_template.t.id
  }
}

resource "aws_autoscaling_group" "attached" {
  min_size           = 1
  max_size           = 5
  availability_zones = ["eu-west-1a", "eu-west-1c"]
  launch_template {
    id = aws_launch_template.t.id
  }
}

resource "aws_autoscaling_attachment" "att" {
  autoscaling_group_name = aws_autoscaling_group.attached.id
  lb_target_group_arn    = aws_lb_target_group.tg.arn
}

resource "aws_autoscaling_group" "looked_up" {
  min_size            = 1
  max_size            = 5
  vpc_zone_identifier = data.aws_subnets.private.ids
  launch_template {
    id = aws_launch_template.t.id
  }
}
