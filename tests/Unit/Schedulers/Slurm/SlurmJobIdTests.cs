using CsCheck;
using GpuOps.Errors;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Unit.Schedulers.Slurm;

public sealed class SlurmJobIdTests
{
    [Fact]
    public void A_task_is_never_another_job()
    {
        var task = SlurmJobId.Parse("123_4");
        Assert.Equal("123_4", task.ToString());
        Assert.Equal("123", task.Base);
        Assert.Equal(4, task.Task);
        Assert.True(task.IsTask);
        Assert.NotEqual(SlurmJobId.Parse("1234"), task);
        Assert.False(SlurmJobId.Parse("1234").Covers(task));
    }

    [Theory]
    [InlineData("123", "123", "", "", new long[0])]
    [InlineData("123_4", "123", "", "", new long[] { 4 })]
    [InlineData("123_0", "123", "", "", new long[] { 0 })]
    [InlineData("123_[5-9]", "123", "", "", new long[] { 5, 6, 7, 8, 9 })]
    [InlineData("123_[1,3,5-9%2]", "123", "", "", new long[] { 1, 3, 5, 6, 7, 8, 9 })]
    [InlineData("123_[0-8:4,20]", "123", "", "", new long[] { 0, 4, 8, 20 })]
    [InlineData("123_[1,3,...]", "123", "", "", new long[] { 1, 3 })]
    [InlineData("123+1", "123", "", "", new long[0])]
    [InlineData("123;rig", "123", "", "rig", new long[0])]
    [InlineData("123_4;my-rig.x", "123", "", "my-rig.x", new long[] { 4 })]
    [InlineData("123.batch", "123", "batch", "", new long[0])]
    [InlineData("123_4.0", "123", "0", "", new long[] { 4 })]
    [InlineData("123+0.extern;rig", "123", "extern", "rig", new long[0])]
    [InlineData(" 123\n", "123", "", "", new long[0])]
    public void Reads_an_id(string text, string number, string step, string cluster, long[] tasks)
    {
        var id = SlurmJobId.Parse(text);
        Assert.Equal(text.Trim(), id.ToString());
        Assert.Equal((number, step, cluster), (id.Base, id.Step, id.Cluster));
        Assert.Equal(tasks, id.Tasks);
        Assert.Equal(step.Length > 0, id.IsStep);
    }

    [Fact]
    public void Brackets_tell_their_limit_and_whether_they_were_cut()
    {
        Assert.Equal(2, SlurmJobId.Parse("123_[1,3,5-9%2]").TaskLimit);
        Assert.Null(SlurmJobId.Parse("123_[5-9]").TaskLimit);
        Assert.True(SlurmJobId.Parse("123_[1,3,...%4]").IsAbbreviated);
        Assert.False(SlurmJobId.Parse("123_[1,3]").IsAbbreviated);
    }

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("0")]
    [InlineData("0123")]
    [InlineData("-1")]
    [InlineData("4294967296")]
    [InlineData("123_")]
    [InlineData("123_04")]
    [InlineData("123_[]")]
    [InlineData("123_[9-5]")]
    [InlineData("123_[1-")]
    [InlineData("123_[...]")]
    [InlineData("123_[1-9:0]")]
    [InlineData("123_[1]2")]
    [InlineData("123+")]
    [InlineData("123;")]
    [InlineData("123.")]
    [InlineData("123 456")]
    [InlineData("123;rm -rf")]
    [InlineData("123_4; scancel 5")]
    [InlineData("\u0661\u0662")]
    [InlineData("1,2")]
    public void Refuses_what_is_no_id(string text)
    {
        var error = Assert.Throws<GpuOpsException>(() => SlurmJobId.Parse(text));
        Assert.Equal("InvalidSlurmJobId", error.Id);
        Assert.Equal(GpuOpsErrorKind.InvalidArgument, error.Kind);
        Assert.Equal(text, error.Target);
    }

    [Theory]
    [InlineData("123", "123_4", true)]
    [InlineData("123", "123+1", true)]
    [InlineData("123", "123.batch", true)]
    [InlineData("123", "123_[1-3]", true)]
    [InlineData("123;rig", "123", true)]
    [InlineData("123;rig", "123;other", false)]
    [InlineData("123_4", "123", false)]
    [InlineData("123_4", "123_5", false)]
    [InlineData("123_[1-5]", "123_4", true)]
    [InlineData("123_[1-5]", "123_6", false)]
    [InlineData("123_[1-5]", "123", false)]
    [InlineData("123_4", "123_4.batch", true)]
    [InlineData("123+0", "123+1", false)]
    [InlineData("123.0", "123.batch", false)]
    public void Covers_what_belongs_to_it(string id, string other, bool covers) =>
        Assert.Equal(covers, SlurmJobId.Parse(id).Covers(SlurmJobId.Parse(other)));

    [Fact]
    public void Names_a_task_of_an_array()
    {
        Assert.Equal("123_7;rig", SlurmJobId.Parse("123;rig").TaskOf(7).ToString());
        Assert.Equal("123_4", SlurmJobId.Parse("123_4.batch;rig").Job.ToString());
    }

    [Fact]
    public void Nothing_is_no_job()
    {
        Assert.Equal("", default(SlurmJobId).ToString());
        Assert.Empty(default(SlurmJobId).Tasks);
        Assert.False(default(SlurmJobId).Covers(SlurmJobId.Parse("1")));
        Assert.False(SlurmJobId.TryParse(null, out _));
    }

    [Fact]
    public void Any_text_is_read_or_refused_and_comes_back_unchanged() =>
        Gen.String[Gen.Char["0123456789_[]-,%+;.: x"], 0, 12].Sample(static text =>
            !SlurmJobId.TryParse(text, out var id) || (id.ToString() == text.Trim() && SlurmJobId.Parse(id.ToString()) == id));

    [Fact]
    public void Every_index_of_a_list_comes_back() =>
        Gen.Int[0, 4_000_000].Array[1, 20].Sample(static indices =>
            SlurmJobId.Parse($"5_[{string.Join(",", indices)}%3]").Tasks.SequenceEqual(indices.Select(static index => (long)index)));
}
