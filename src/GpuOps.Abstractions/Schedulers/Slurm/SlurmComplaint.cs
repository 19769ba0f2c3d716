namespace GpuOps.Schedulers.Slurm;

/// <summary>What a Slurm command said when it did not do what it should.</summary>
/// <param name="Trouble">What kind of trouble it is.</param>
/// <param name="Message">Slurm's own words, without the command's name before each line.</param>
public sealed record SlurmComplaint(SlurmTrouble Trouble, string Message);
