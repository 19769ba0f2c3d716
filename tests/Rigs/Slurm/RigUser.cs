using System.Diagnostics;

namespace GpuOps.Rigs;

/// <summary>A normal account of this host for tests with a second user; made when missing, and kept.</summary>
public static class RigUser
{
    /// <summary>Its name.</summary>
    public const string Name = "gpuops-rig";

    /// <summary>Its home folder.</summary>
    public const string Home = "/home/" + Name;

    /// <summary>What to put before a command to run it as this user.</summary>
    public static IReadOnlyList<string> Prefix { get; } =
    [
        "setpriv", "--reuid", Name, "--regid", Name, "--clear-groups", "env", $"HOME={Home}", $"USER={Name}", $"LOGNAME={Name}",
    ];

    /// <summary>Makes the account when it is missing.</summary>
    public static async Task EnsureAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        // Another test run may be making it too, or hold the lock of the account files.
        while (await ExitCodeAsync("id", Name) != 0 && await ExitCodeAsync("useradd", "--create-home", "--user-group", "--home-dir", Home, Name) != 0)
            await timer.WaitForNextTickAsync(limit.Token);
    }

    private static async Task<int> ExitCodeAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(RigFiles.Find(program)!, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
