"""The documents that are measured: the same for the product and for the stock spelling."""

CARD = """
id name status value { amount currency } source stageEnteredAt createdAt updatedAt
stage { id name } contact { id name email phone tags { id name } }
contactCard { contactId name } owner { id name } followers { user { id name } }
"""
WANTS = frozenset(word for word in CARD.split() if word.isalpha())

BOARD = f"""
query Board($pipeline: ID!) {{ board(pipelineId: $pipeline) {{ columns {{
  stage {{ id name }}
  totals {{ count value {{ amount currency }} }}
  cards(first: 50) {{ nodes {{ {CARD} }} }}
}} }} }}
"""

LIVE = """
subscription Live($pipeline: ID!) { boardEvents(pipelineId: $pipeline) {
  __typename cursor totals { stage { id } count value { amount currency } }
  ... on CardUpdated {
    previousStage { id }
    opportunity { id name status value { amount currency } source updatedAt
      stage { id name } owner { id name } contactCard { contactId name } }
  }
} }
"""

MOVE = """
mutation Move($id: ID!, $stage: ID!) {
  moveOpportunity(input: { id: $id, stageId: $stage }) { errors { code } }
}
"""
STOCK_MOVE = """
mutation Move($id: ID!, $stage: ID!) { moveOpportunity(id: $id, stage: $stage) }
"""
