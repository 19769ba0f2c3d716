using System.Diagnostics;
using System.Security.Cryptography;

namespace GpuOps.Rigs;

/// <summary>An account of this host with a password nobody knows but the test; it goes with the rig.</summary>
public sealed class SshAccount : IAsyncDisposable
{
    private SshAccount()
    {
    }

    /// <summary>Why there can be none here; null when there can.</summary>
    public static string? Missing => SshdRig.Missing
        ?? (RigFiles.Find("useradd") is null || RigFiles.Find("chpasswd") is null ? "useradd and chpasswd are not installed (apt-get install passwd)" : null);

    /// <summary>Its name.</summary>
    public string Name { get; } = $"gpuops-{RandomNumberGenerator.GetHexString(8, lowercase: true)}";

    /// <summary>Its password.</summary>
    public string Password { get; } = RandomNumberGenerator.GetHexString(24);

    /// <summary>Makes one.</summary>
    public static async Task<SshAccount> CreateAsync()
    {
        var account = new SshAccount();
        await RunAsync("", "useradd", "--no-create-home", "--home-dir", "/", "--shell", "/bin/sh", account.Name);
        await RunAsync($"{account.Name}:{account.Password}\n", "chpasswd");
        return account;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await RunAsync("", "userdel", "--force", Name);

    // Another test may hold the lock of the account files.
    private static async Task RunAsync(string input, string program, params string[] arguments)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (await ExitCodeAsync(input, program, arguments) != 0)
            await timer.WaitForNextTickAsync(limit.Token);
    }

    private static async Task<int> ExitCodeAsync(string input, string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(RigFiles.Find(program)!, arguments) { RedirectStandardInput = true, RedirectStandardError = true })!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
