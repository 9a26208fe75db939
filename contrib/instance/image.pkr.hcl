# image.pkr.hcl - the image that the stack (contrib/aws) runs
#
#   ./dev deb && packer init contrib/instance && packer build contrib/instance
variable "region" {
  type    = string
  default = "eu-central-1"
}

variable "instance_type" {
  type    = string
  default = "t3.small"
}

# Where ./dev deb puts the packages. Beside them may be amazon-cloudwatch-agent.deb and application/.
variable "packages" {
  type    = string
  default = "build/deb"
}

variable "version" {
  type        = string
  description = "Part of the image's name, as the version of the packages."
}

source "amazon-ebs" "ubuntu" {
  region        = var.region
  instance_type = var.instance_type
  ssh_username  = "ubuntu"
  ami_name      = "svd-${var.version}-${formatdate("YYYYMMDDhhmm", timestamp())}"

  source_ami_filter {
    most_recent = true
    owners      = ["099720109477"] # Canonical
    filters = {
      name                = "ubuntu/images/hvm-ssd*/ubuntu-noble-24.04-amd64-server-*"
      virtualization-type = "hvm"
    }
  }

  tags = {
    Name    = "svd"
    Version = var.version
  }
}

build {
  sources = ["source.amazon-ebs.ubuntu"]

  # What is uploaded with a slash behind it needs a directory that is there.
  provisioner "shell" {
    inline = ["mkdir /tmp/instance /tmp/packages"]
  }

  provisioner "file" {
    source      = "contrib/instance/"
    destination = "/tmp/instance"
  }

  provisioner "file" {
    source      = "${var.packages}/"
    destination = "/tmp/packages"
  }

  provisioner "shell" {
    inline = [
      "set -uo pipefail",
      "cloud-init status --wait",
      # For the stack's script: to signal, and to fetch from a bucket.
      "sudo snap install aws-cli --classic",
      "sudo /tmp/instance/provision /tmp/packages 2>&1 | sudo tee /var/log/svd-provision.log",
      "sudo svctl -c /opt/anaconda2/etc/supervisord.conf pid",
      "rm -r /tmp/instance /tmp/packages",
    ]
    # The kernel gives all that is behind the name as one argument, so there is one.
    inline_shebang = "/bin/bash -e"
  }
}
