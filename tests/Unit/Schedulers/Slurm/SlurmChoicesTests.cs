using GpuOps.Schedulers.Slurm;

namespace GpuOps.Unit.Schedulers.Slurm;

/// <summary>The texts of what jobs can name; a real cluster's are read in the tests of completion.</summary>
public sealed class SlurmChoicesTests
{
    [Fact]
    public void Accounts_come_once_although_there_is_an_association_for_each_partition() =>
        Assert.Equal([new("root", ""), new("physics", "")], SacctmgrOutput.Parse("root\nphysics\n\nphysics\n"));

    [Fact]
    public void A_description_may_have_anything_in_it() =>
        Assert.Equal([new("normal", "Normal QOS | default"), new("none", "")], SacctmgrOutput.Parse("normal|Normal QOS | default\nnone|\n"));

    [Theory]
    [InlineData("No reservations in the system\n", "")]
    [InlineData("ReservationName=a StartTime=1795582613 EndTime=1795586213 Duration=01:00:00\n   Nodes=gpu[01-02] NodeCnt=2\n\nReservationName=b StartTime=1795582613 EndTime=1795586213\n   Nodes=(null)\n", "a b")]
    [InlineData("ReservationName=a StartTime=1795582613 EndTime=1795586213 Duration=01:00:00 Nodes=cpu01\n", "a")]
    public void Reservations_are_read_in_lines_or_in_one(string text, string names) =>
        Assert.Equal(names, string.Join(' ', ScontrolReservations.Parse(text).Select(static it => it.Name)));

    [Fact]
    public void A_reservation_is_described_by_its_nodes() =>
        Assert.StartsWith("gpu[01-02], ", ScontrolReservations.Parse("ReservationName=a StartTime=1795582613\n   Nodes=gpu[01-02]\n")[0].Description, StringComparison.Ordinal);
}
