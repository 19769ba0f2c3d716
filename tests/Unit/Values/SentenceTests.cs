using GpuOps.Values;

namespace GpuOps.Unit.Values;

public sealed class SentenceTests
{
    [Theory]
    [InlineData("mkdir: Permission denied\n", "mkdir: Permission denied.")]
    [InlineData("It is so.", "It is so.")]
    [InlineData("Is it?", "Is it?")]
    [InlineData(" ", "")]
    public void Another_sentence_can_stand_behind_it(string said, string sentence) => Assert.Equal(sentence, Sentence.Of(said));
}
