using System.Globalization;

namespace GpuOps.Server;

/// <summary>What the program has to say, one line each, to its standard error.</summary>
internal static class ServerLog
{
    /// <summary>Says it.</summary>
    /// <param name="text">That; never secrets.</param>
    public static void Write(string text) =>
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-dd HH:mm:ss}Z [{Environment.ProcessId}] {text}"));
}
