using CsCheck;
using GpuOps.Configuration;

namespace GpuOps.Unit.Configuration;

public sealed class NearestNameTests
{
    [Theory]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("", "abc", 3)]
    [InlineData("hcp", "hpc", 1)]
    [InlineData("same", "same", 0)]
    public void Counts_changes_and_swaps(string a, string b, int distance) => Assert.Equal(distance, NearestName.Distance(a, b));

    [Fact]
    public void Is_the_same_both_ways_and_never_more_than_the_longer() =>
        Gen.Select(Gen.String[0, 12], Gen.String[0, 12]).Sample((a, b) =>
            NearestName.Distance(a, b) == NearestName.Distance(b, a) && NearestName.Distance(a, b) <= Math.Max(a.Length, b.Length));

    [Fact]
    public void Nothing_alike_is_no_answer()
    {
        Assert.Null(NearestName.Find("zzzzzz", ["backend"]));
        Assert.Null(NearestName.Find(new string('b', 10_000), ["backend"]));
    }
}
