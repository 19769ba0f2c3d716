using GpuOps.Rigs;

namespace GpuOps.Hosted.Hosting;

/// <summary>What a test needs of the machine. Where it is missing the test is skipped, in CI it fails.</summary>
internal static class Rig
{
    public const string RequireVariable = "GPUOPS_REQUIRE_RIGS";

    private static readonly Lazy<bool> Mounts = new(static () =>
        Child.Run("unshare", "-Urm", "mount", "-t", "tmpfs", "none", Path.GetTempPath()).ExitCode == 0);

    /// <summary>A mount namespace of its own, as root in it.</summary>
    public static void NeedMounts() => Need(Mounts.Value, "This machine does not let a process mount a file system in a namespace of its own (unshare -Urm).");

    /// <summary>The right to start a process as another user.</summary>
    public static void NeedOtherUsers() => Need(Environment.UserName == "root", "Only root can start a process as another user.");

    /// <summary>A Redis server of the test's own.</summary>
    public static void NeedRedis() => Need(RedisServerRig.Missing is null, RedisServerRig.Missing ?? "");

    /// <summary>A Slurm cluster.</summary>
    public static void NeedSlurm() => Need(SlurmRig.Missing is null, SlurmRig.Missing ?? "");

    /// <summary>An sshd of the test's own.</summary>
    public static void NeedSshd() => Need(SshdRig.Missing is null, SshdRig.Missing ?? "");

    /// <summary>Accounts of the test's own, which an sshd lets in.</summary>
    public static void NeedAccounts() => Need(SshAccount.Missing is null, SshAccount.Missing ?? "");

    private static void Need(bool there, string reason)
    {
        if (!there && Environment.GetEnvironmentVariable(RequireVariable) == "1")
        {
            Assert.Fail(reason);
        }

        Assert.SkipUnless(there, reason);
    }
}
