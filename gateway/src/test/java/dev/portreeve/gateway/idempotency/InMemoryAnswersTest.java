package dev.portreeve.gateway.idempotency;

class InMemoryAnswersTest extends KeptAnswersContract {
    private final InMemoryAnswers answers = new InMemoryAnswers();

    @Override
    KeptAnswers store() {
        return answers;
    }
}
