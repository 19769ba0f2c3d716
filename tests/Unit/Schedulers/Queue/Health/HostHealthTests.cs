using GpuOps.Schedulers;
using GpuOps.Schedulers.Queue.Health;
using GpuOps.Unit.Probes;

namespace GpuOps.Unit.Schedulers.Queue.Health;

public sealed class HostHealthTests
{
    private const string NetDev =
        "Inter-|   Receive                                                |  Transmit\n"
        + " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n"
        + "    lo: 3515982951 6111321    7    7    0     0          0         0 3515982951 6111321    0    0    0     0       0          0\n"
        + "  eth0: 1000 80 1 2 0 0 0 0 2000 20 3 4 0 0 0 0\n"
        + "  odd: 1 2\n";

    [Fact]
    public void Memory_is_read_from_meminfo()
    {
        Assert.Equal(new MemoryInfo(24L << 30, 6L << 30), MemoryInfo.Parse("MemTotal:       25165824 kB\nMemFree:          100000 kB\nMemAvailable:    6291456 kB\n"));
        Assert.Null(MemoryInfo.Parse("MemTotal:       25165824 kB\n"));
        Assert.Equal(0, HostHealth.Memory("").Score);
    }

    [Fact]
    public void The_network_is_that_beside_the_loopback()
    {
        Assert.Equal(new NetworkCounters(100, 10), NetworkCounters.Parse(NetDev));
        Assert.Equal(new NetworkCounters(0, 0), NetworkCounters.Parse("").Since(NetworkCounters.Parse(NetDev)));
    }

    [Fact]
    public void Packets_count_that_were_lost_since_the_look_before()
    {
        var health = new HostHealth("/tmp", TimeProvider.System);
        Assert.Equal(0, health.Network(NetDev).Score);
        Assert.Equal(100, health.Network(NetDev).Score);
        Assert.Equal(50, health.Network(NetDev.Replace("1000 80 1 2", "1000 180 1 7", StringComparison.Ordinal)).Score);
    }

    [Theory]
    [InlineData("0.50 0.40 0.30 1/200 1234", 100)]
    [InlineData("2.00 0.40 0.30 1/200 1234", 100)]
    [InlineData("5.00 0.40 0.30 1/200 1234", 50)]
    [InlineData("80.00 0.40 0.30 1/200 1234", 0)]
    [InlineData("", 0)]
    public void Load_counts_above_one_a_core(string text, int score) => Assert.Equal(score, HostHealth.Cpu(text, 2).Score);

    [Theory]
    [InlineData(50, 100, 1000, 100)]
    [InlineData(5, 100, 1000, 50)]
    [InlineData(5, 10_000, 5, 100)]
    [InlineData(0, 100, 1000, 0)]
    public void A_tenth_is_plenty_and_so_is_much(double free, double total, double plenty, int score) => Assert.Equal(score, HostHealth.ScoreOf(free, total, plenty));

    [Fact]
    public async Task The_whole_is_as_well_as_its_worst_part()
    {
        Rig.Linux();
        var health = await new HostHealth("/tmp", TimeProvider.System).ReadAsync("No supervisor.", TestContext.Current.CancellationToken);
        Assert.Equal((0, GpuServerCondition.Unhealthy), (health.Score, health.Condition));
        Assert.Equal(["Service", "Disk", "Memory", "Cpu", "Network"], health.Parts.Select(static part => part.Name));
        Assert.Equal("No supervisor.", health.Parts[0].Detail);
        Assert.All(health.Parts.Skip(1), static part => Assert.DoesNotContain("does not", part.Detail, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_disk_that_is_not_there_is_said() =>
        Assert.Contains("does not answer", (await new HostHealth("/nowhere/at/all", TimeProvider.System).ReadAsync(null, TestContext.Current.CancellationToken)).Parts[1].Detail, StringComparison.Ordinal);
}
