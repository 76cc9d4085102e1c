using System.Runtime.Versioning;

// State and key files are made with a file mode; the stub goes with the device's tests, which are on Linux.
[assembly: SupportedOSPlatform("linux")]
