using GpuOps.Channels;
using GpuOps.Channels.Ssh;
using GpuOps.Errors;
using GpuOps.Rigs;

namespace GpuOps.Unit.Channels.Ssh;

/// <summary>Starts sshds for these tests and speaks the shorthand they are written in.</summary>
internal static class SshRig
{
    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public static Task<SshdRig> StartAsync(SshdRigOptions? options = null)
    {
        Need(SshdRig.Missing);
        return SshdRig.StartAsync(options);
    }

    /// <summary>Skips the test where something is missing, or lets it fail.</summary>
    public static void Need(string? missing)
    {
        if (missing is not null && RigFiles.AreRequired)
            Assert.Fail(missing);
        Assert.SkipWhen(missing is not null, missing ?? "");
    }

    public static SshDestination Destination(this SshdRig rig) => new(rig.Address, Environment.UserName)
    {
        Port = rig.Port,
        IdentityFiles = [rig.IdentityFile],
        UserKnownHostsFiles = [rig.KnownHostsFile],
        GlobalKnownHostsFiles = [],
    };

    public static ChannelCommand Sh(string script, params string[] arguments) => new(["/bin/sh", "-c", script, "sh", .. arguments]);

    /// <summary>The error of a command that has to fail.</summary>
    public static async Task<GpuOpsException> FaultAsync(this ICommandChannel channel, string script = "true") =>
        await Assert.ThrowsAsync<GpuOpsException>(() => channel.RunAsync(Sh(script), Token));

    /// <summary>Waits until a file is there, which a command makes to say how far it is.</summary>
    public static async Task UntilExistsAsync(string path)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!File.Exists(path))
            await timer.WaitForNextTickAsync(limit.Token);
    }

    /// <summary>Waits until a process is gone.</summary>
    public static async Task UntilGoneAsync(string processId)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (File.Exists($"/proc/{processId}/stat") && !File.ReadAllText($"/proc/{processId}/stat").Contains(") Z ", StringComparison.Ordinal))
            await timer.WaitForNextTickAsync(limit.Token);
    }
}
