using CsCheck;
using GpuOps.Errors;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Unit.Schedulers.Slurm;

public sealed class SlurmTresTextTests
{
    [Theory]
    [InlineData("gpu:8", "gpu", "", 8, new int[0], "")]
    [InlineData("gpu:8(S:0-1)", "gpu", "", 8, new int[0], "0-1")]
    [InlineData("gpu:a100:8(S:0-1)", "gpu", "a100", 8, new int[0], "0-1")]
    [InlineData("gpu:a100:8(S:0,2)", "gpu", "a100", 8, new int[0], "0,2")]
    [InlineData("gpu:a100:3(IDX:0-1,5)", "gpu", "a100", 3, new[] { 0, 1, 5 }, "")]
    [InlineData("gpu:a100:0(IDX:N/A)", "gpu", "a100", 0, new int[0], "")]
    [InlineData("gpu:(null):2(IDX:0-1)", "gpu", "", 2, new[] { 0, 1 }, "")]
    [InlineData("gpu:1g.10gb:7", "gpu", "1g.10gb", 7, new int[0], "")]
    [InlineData("gpu:1g.10gb", "gpu", "1g.10gb", 1, new int[0], "")]
    [InlineData("gpu:a100", "gpu", "a100", 1, new int[0], "")]
    [InlineData("gpu:a100:no_consume:8", "gpu", "a100", 8, new int[0], "")]
    [InlineData("gpu:no_consume:8", "gpu", "", 8, new int[0], "")]
    [InlineData("gpu", "gpu", "", 1, new int[0], "")]
    [InlineData("gres:gpu:2", "gpu", "", 2, new int[0], "")]
    [InlineData("gres:gpu:a100:3", "gpu", "a100", 3, new int[0], "")]
    [InlineData("gres/gpu:a100:3", "gpu", "a100", 3, new int[0], "")]
    [InlineData("shard:a100:5(3/8,2/8)", "shard", "a100", 5, new int[0], "")]
    [InlineData("gres/gpu=8", "gpu", "", 8, new int[0], "")]
    [InlineData("gres/gpu:a100=8", "gpu", "a100", 8, new int[0], "")]
    [InlineData("gres/gpu:3g.40gb=2", "gpu", "3g.40gb", 2, new int[0], "")]
    [InlineData("license/matlab=2", "license/matlab", "", 2, new int[0], "")]
    [InlineData("bandwidth:lustre:4G", "bandwidth", "lustre", 4L << 30, new int[0], "")]
    [InlineData("craynetwork:2K", "craynetwork", "", 2048, new int[0], "")]
    [InlineData("mem=4000M", "mem", "", 4000L << 20, new int[0], "")]
    [InlineData("mem=62.50G", "mem", "", 64000L << 20, new int[0], "")]
    [InlineData("mem=4000", "mem", "", 4000L << 20, new int[0], "")]
    public void Reads_an_entry(string text, string name, string type, long count, int[] index, string sockets)
    {
        var entry = Assert.Single(SlurmTresText.Parse(text));
        Assert.Equal((name, type, count, sockets), (entry.Name, entry.Type, entry.Count, entry.Sockets));
        Assert.Equal(index, entry.Index);
        Assert.Equal(text.Contains('=', StringComparison.Ordinal), entry.IsTracked);
    }

    [Theory]
    [InlineData("")]
    [InlineData("(null)")]
    [InlineData("N/A")]
    public void Nothing_is_an_empty_list(string text) => Assert.Empty(SlurmTresText.Parse(text));

    [Fact]
    public void Commas_in_brackets_belong_to_the_entry()
    {
        var list = SlurmTresText.Parse("gpu:a100:3(S:0,IDX:0-1,5),gpu:v100:2(IDX:6,7),shard:a100:32");
        Assert.Equal(["gpu:a100:3(S:0,IDX:0,1,5)", "gpu:v100:2(IDX:6,7)", "shard:a100:32"], list.Select(static entry => entry.ToString()));
    }

    [Theory]
    [InlineData("gpu:8(S:0-1")]
    [InlineData("gpu:8)")]
    [InlineData(",")]
    [InlineData("gpu:8,")]
    [InlineData("gpu=")]
    [InlineData("gpu=x")]
    [InlineData("gpu=-1")]
    [InlineData("gpu:a b:1")]
    [InlineData("gpu:")]
    [InlineData("gpu:a100:2(IDX:5-1)")]
    [InlineData("gpu:a100:2(IDX:0-4000000000)")]
    [InlineData("gpu=99999999999999999999E")]
    public void Refuses_what_is_no_list(string text)
    {
        var error = Assert.Throws<GpuOpsException>(() => SlurmTresText.Parse(text));
        Assert.Equal("InvalidSlurmTres", error.Id);
        Assert.False(SlurmTresText.TryParse(text, out _));
    }

    [Theory]
    [InlineData("gpu:8(S:0-1)", "gpu:8")]
    [InlineData("gpu:a100:4(S:0-1),gpu:v100:2,shard:a100:32", "a100:4, v100:2")]
    [InlineData("gpu:a100:4,gpu:2", "a100:4, gpu:2")]
    [InlineData("gres/gpu:a100=8,gres/gpu=8", "a100:8")]
    [InlineData("gres/gpu=8,gres/gpu:a100=8", "a100:8")]
    [InlineData("gres/gpu=8,gres/gpu:a100=4,gres/gpu:v100=4", "a100:4, v100:4")]
    [InlineData("gres/gpu=8,gres/gpu:a100=4", "a100:4, gpu:4")]
    [InlineData("gres/gpu=8", "gpu:8")]
    [InlineData("billing=1,cpu=1,gres/gpu=2,mem=1000M,node=1", "gpu:2")]
    [InlineData("cpu=4,mem=4000M,node=1,billing=4", "")]
    [InlineData("gpu:1g.10gb:7,gpu:3g.40gb:1", "1g.10gb:7, 3g.40gb:1")]
    [InlineData("gpu:a100:0(IDX:N/A)", "")]
    public void Counts_gpus_once(string text, string gpus)
    {
        var counted = SlurmGpuTally.Of(SlurmTresText.Parse(text));
        Assert.Equal(gpus, counted.ToString());
        Assert.Equal(counted.ByType.Values.Sum(), counted.Total);
    }

    [Fact]
    public void Absurd_counts_do_not_overflow() =>
        Assert.Equal(int.MaxValue, SlurmGpuTally.Of(SlurmTresText.Parse("gpu:a:7E,gpu:b:7E,gres/gpu=7E,gres/gpu:c=7E,gres/gpu:d=7E")).Total);

    [Fact]
    public void Reads_what_sinfo_and_the_nodes_print()
    {
        var used = SlurmFixture.Read("sinfo-GresUsed-busy.txt").Split('\n').Where(static line => line.StartsWith("gpu", StringComparison.Ordinal))
            .Select(static line => SlurmTresText.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[2]).Single());
        Assert.Equal([8, 7, 4, 0], used.Select(static entry => entry.Index.Count));
    }

    [Fact]
    public void What_it_writes_it_reads()
    {
        var entries = Gen.Select(
            Gen.OneOf("gpu", "shard", "mps", "cpu", "node", "mem", "license/x"),
            Gen.OneOf("", "a100", "1g.10gb", "tesla_v100-pcie"),
            Gen.Long[0, 100_000],
            Gen.Int[0, 40].Array[0, 4],
            Gen.OneOf("", "0", "0-1"),
            Gen.Bool,
            static (name, type, count, index, sockets, tracked) => tracked
                ? new SlurmTres { Name = name, Type = name is "gpu" or "shard" or "mps" ? type : "", Count = name == "mem" ? count << 20 : count, IsTracked = true }
                : new SlurmTres { Name = name == "mem" ? "gpu" : name, Type = type, Count = count, Index = index, Sockets = sockets });
        entries.Array[1, 4].Sample(static list =>
        {
            var text = string.Join(",", list.AsEnumerable());
            var read = SlurmTresText.Parse(text);
            return read.Select(static entry => entry.ToString()).SequenceEqual(list.Select(static entry => entry.ToString()))
                && read.Select(static entry => (entry.Name, entry.Type, entry.Count, entry.IsTracked))
                    .SequenceEqual(list.Select(static entry => (entry.Name, entry.Type, entry.Count, entry.IsTracked)));
        });
    }

    [Fact]
    public void Any_text_is_read_or_refused() => Gen.String[Gen.Char["gpu:8=(S:0-1),IDX/NAKM.é "], 0, 24].Sample(static text =>
        SlurmTresText.TryParse(text, out var list) ? SlurmGpuTally.Of(list).Total >= 0 : list.Count == 0);
}
