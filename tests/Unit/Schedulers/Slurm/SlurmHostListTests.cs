using CsCheck;
using GpuOps.Errors;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Unit.Schedulers.Slurm;

public sealed class SlurmHostListTests
{
    [Theory]
    [InlineData("gpu[01-04,07],cpu1", "gpu01 gpu02 gpu03 gpu04 gpu07 cpu1")]
    [InlineData("gpu[02-03]", "gpu02 gpu03")]
    [InlineData("gpu01", "gpu01")]
    [InlineData("n[9-11]", "n9 n10 n11")]
    [InlineData("rack[0-1]node[1-2]x", "rack0node1x rack0node2x rack1node1x rack1node2x")]
    [InlineData("a,b", "a b")]
    public void Expands(string list, string hosts) => Assert.Equal(hosts.Split(' '), SlurmHostList.Expand(list));

    [Theory]
    [InlineData("")]
    [InlineData("(null)")]
    [InlineData("None assigned")]
    public void Nothing_is_no_host(string list) => Assert.Empty(SlurmHostList.Expand(list));

    [Theory]
    [InlineData("gpu01 gpu02 gpu03 gpu04 gpu07 cpu1", "gpu[01-04,07],cpu1")]
    [InlineData("n11 n9 n10", "n[9-11]")]
    [InlineData("n1 n01", "n[1,01]")]
    [InlineData("n099 n100 n1000", "n[099-100,1000]")]
    [InlineData("login", "login")]
    [InlineData("a a", "a")]
    [InlineData("n n1", "n,n1")]
    public void Compresses(string hosts, string list) => Assert.Equal(list, SlurmHostList.Compress(hosts.Split(' ')));

    [Theory]
    [InlineData("gpu[01")]
    [InlineData("gpu01]")]
    [InlineData("gpu[[1]]")]
    [InlineData("gpu[]")]
    [InlineData("gpu[4-1]")]
    [InlineData("gpu[a-b]")]
    [InlineData("a,,b")]
    [InlineData("a,")]
    [InlineData("n[0-2000000]")]
    [InlineData("n[0-999999]m[0-9]")]
    [InlineData("n[0-9223372036854775807]")]
    public void Refuses_what_is_no_list(string list) =>
        Assert.Equal("InvalidSlurmHostList", Assert.Throws<GpuOpsException>(() => SlurmHostList.Expand(list)).Id);

    [Fact]
    public void The_same_hosts_come_back()
    {
        var host = Gen.Select(Gen.OneOf("gpu", "cpu", "rack1-n", "n"), Gen.OneOf("", "0", "00"), Gen.Int[0, 130], Gen.Bool,
            static (name, zeros, number, isNumbered) => isNumbered ? $"{name}{zeros}{number}" : name);
        host.Array[0, 40].Sample(static hosts => SlurmHostList.Expand(SlurmHostList.Compress(hosts)).Order(StringComparer.Ordinal)
            .SequenceEqual(hosts.Distinct().Order(StringComparer.Ordinal)));
    }
}
