// Processes, sockets' peers and the pool of this host's GPUs are Linux work.
[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]
