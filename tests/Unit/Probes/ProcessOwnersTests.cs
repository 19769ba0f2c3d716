using System.Diagnostics;
using System.Globalization;
using GpuOps.Probes;

namespace GpuOps.Unit.Probes;

public sealed class ProcessOwnersTests : IDisposable
{
    private readonly TemporaryFolder _proc = new();

    public void Dispose() => _proc.Dispose();

    [Fact]
    public void Reads_name_and_real_user_of_a_status()
    {
        Assert.Equal(
            ("python3 -m x", 1001u),
            ProcessOwners.ParseStatus("Name:\tpython3 -m x\nUmask:\t0022\nState:\tS (sleeping)\nUid:\t1001\t0\t0\t0\nGid:\t7\t7\t7\t7\n"));
        Assert.Equal(("", null), ProcessOwners.ParseStatus(""));
        Assert.Equal(("x", null), ProcessOwners.ParseStatus("Name:\tx\nUid:\tmany"));
    }

    [Fact]
    public void Knows_the_owner_and_the_name_of_a_real_process()
    {
        Rig.Linux();
        using var child = Process.Start(Rig.Program("sleep"), "1000");
        try
        {
            var process = new ProcessOwners().Describe(child.Id, 5);
            Assert.Equal((child.Id, Environment.UserName, 5L), (process.ProcessId, process.User, process.MemoryUsed));
            Assert.Equal(child.ProcessName, process.Name);
        }
        finally
        {
            child.Kill();
        }
    }

    [Fact]
    public void Names_users_as_the_system_does()
    {
        Rig.Linux();
        _proc.Write("1/status", "Name:\tinit\nUid:\t0\t0\t0\t0\n");
        _proc.Write("2/status", "Name:\tjob\nUid:\t3999999999\t0\t0\t0\n");
        var owners = new ProcessOwners(_proc.Path);
        Assert.Equal("root", owners.Describe(1, null).User);
        // Nobody has this id; ps shows the number too.
        Assert.Equal("3999999999", owners.Describe(2, null).User);
        Assert.Equal("root", owners.Describe(1, null).User);
    }

    [Fact]
    public void A_process_that_is_gone_or_hidden_has_no_owner()
    {
        var owners = new ProcessOwners(_proc.Path);
        Assert.Equal(new GpuProcess(3, "", "", null), owners.Describe(3, null));
        Assert.Equal(new GpuProcess(0, "", "told", 9), owners.Describe(0, 9, "told"));
        Assert.Equal("3", owners.Describe(3, null).ProcessId.ToString(CultureInfo.InvariantCulture));
    }
}
