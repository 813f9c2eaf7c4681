resource "aws_ebs_volume" "enc" {
  availability_zone = "eu-west-1a"
  size              = 40
  type              = "gp3"
  encrypted         = true
}

resource "aws_ebs_volume" "plain" {
  availability_zone = "eu-west-1a"
  size              = 40
}

resource "aws_ebs_volume" "off" {
  availability_zone = "eu-west-1a"
  size              = 40
  type              = "gp2"
  encrypted         = false
}

resource "aws_ebs_volume" "io" {
  availability_zone = "eu-west-1a"
  size              = 100
  type              = "io1"
  iops              = 1000
  encrypted         = true
}

resource "aws_instance" "rootgp2" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"
  root_block_device {
    volume_type = "gp2"
    volume_size = 20
  }
}

resource "aws_instance" "rootenc" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"
  root_block_device {
    volume_type = "gp3"
    encrypted   = true
  }
  ebs_block_device {
    device_name = "/dev/sdf"
    volume_type = "gp3"
    volume_size = 10
    encrypted   = true
  }
}

resource "aws_launch_template" "lt" {
  name = "lt"
  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      volume_type = "gp3"
      encrypted   = "false"
    }
  }
}
